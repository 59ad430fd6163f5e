/** The kernels against native libraries: {@code ./sensorium bench}. A group of cases is a class, listed in {@link Groups}. */
package sensorium.benchmarks;
