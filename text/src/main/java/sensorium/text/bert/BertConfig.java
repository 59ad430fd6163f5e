package sensorium.text.bert;

import sensorium.nn.TransformerConfig;

/**
 * Which BERT.
 *
 * @param vocabulary number of tokens
 * @param places the most tokens of a text
 * @param types kinds of text that a token may belong to, such as question and answer
 * @param pooled whether there is a projection of the first token
 */
public record BertConfig(int vocabulary, int places, int types, TransformerConfig transformer, boolean pooled) {}
