/**
 * Any to any: words, pictures and sounds as tokens of one vocabulary, and one transformer that goes from one to another ({@link
 * sensorium.multimodal.tokens.AnyToAny}), how that is learnt and measured.
 */
package sensorium.multimodal.tokens;
