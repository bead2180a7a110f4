#ifndef CVECTORS_MACHINE_H
#define CVECTORS_MACHINE_H

// What the machine's compiler can do; `CLONES` compiles a plain loop for several machines, chosen when the program starts.
#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#define HAS_X86 1
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#endif
