/** Vectors as the numbers of a codebook, and how it learns. */
package sensorium.nn.codes;
