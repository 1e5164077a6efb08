/* placeholder replaced below */
#include "cli.h"
int cmd_attack(int argc, char **argv) { (void)argc; (void)argv; return 125; }
