/** The CPU backend: kernels in the Vector API over off-heap memory. */
package sensorium.kernels.cpu;
