/** The sense of text: bytes to tokens to vectors. */
package sensorium.text;
