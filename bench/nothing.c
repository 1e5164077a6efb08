/* A program that exits at once: what is left is the cost of the box. */
int main(void)
{
	return 0;
}
