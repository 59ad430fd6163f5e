/** A data folder's vectors in a shared space, kept for exact search. */
package sensorium.multimodal.index;
