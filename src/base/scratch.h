/* Large arrays on the stack that are written before they are read. */
#ifndef FH_BASE_SCRATCH_H
#define FH_BASE_SCRATCH_H

/*
 * The build clears every variable, which is dear where it touches pages that
 * nobody would use: each is a fault. What is marked so is left as it is; only
 * for what a count, a length or a final '\0' says how much of it was written.
 */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define scratch __attribute__((uninitialized))
#endif
#endif
#ifndef scratch
#define scratch
#endif

#endif
