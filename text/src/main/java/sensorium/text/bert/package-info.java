/** BERT and the sentence encoders made of it: published weights, from a text to its vector. */
package sensorium.text.bert;
