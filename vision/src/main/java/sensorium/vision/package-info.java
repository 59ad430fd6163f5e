/** The sense of pictures: files to patches to vectors. */
package sensorium.vision;
