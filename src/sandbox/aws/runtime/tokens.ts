/**
 * Text in pieces about as long as a model's tokens: words up to six letters, three digits, one sign. No model's own
 * tokenizer; what matters is that the same text always counts the same, and longer text counts more.
 */
export function tokensOf(text: string): readonly string[] {
  return text.match(/\s*(?:[\p{L}\p{M}]{1,6}|\p{N}{1,3}|[^\s\p{L}\p{M}\p{N}])|\s+$/gu) ?? [];
}

export function countTokens(text: string): number {
  return tokensOf(text).length;
}
