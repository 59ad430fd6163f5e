/** The backend for graphics processors of any vendor, by OpenCL. */
package sensorium.kernels.opencl;
