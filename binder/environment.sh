# Read by postBuild and by start, so that what the image compiled is what the session loads.
# "generic": the image is built on one processor and started on others; compiled code made for any processor
# is found again on all of them (a quarter slower than code made for one).
export NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES=
# A Binder session has one or two cores.
export NUMBA_NUM_THREADS=2 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
