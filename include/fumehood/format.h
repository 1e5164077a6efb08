/* The two forms in which everything can be printed. */
#ifndef FUMEHOOD_FORMAT_H
#define FUMEHOOD_FORMAT_H

enum fh_format {
	FH_TEXT, /* lines for people; may change from version to version */
	FH_JSON, /* one object, with a "schema" that names its version */
};

#endif
