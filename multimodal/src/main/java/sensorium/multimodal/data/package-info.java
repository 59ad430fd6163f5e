/**
 * Data on disk: the folder format that everything trains, evaluates, indexes and searches ({@link
 * sensorium.multimodal.data.DataFolder}), and the sets that can be installed into it ({@link
 * sensorium.multimodal.data.DataSets}). Nothing here decodes a picture or a sound.
 */
package sensorium.multimodal.data;
