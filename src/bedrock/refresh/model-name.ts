/**
 * What a model id says about a model that no catalog knew: `anthropic.claude-sonnet-4-6` is Claude Sonnet 4.6, of the
 * line that `claude-sonnet` models replace each other in.
 */
export function nameOf(modelId: string): { readonly provider: string; readonly family: string; readonly version: string; readonly aliases: readonly string[] } {
  const [provider = '', rest = ''] = split(modelId);
  const words = rest
    .replace(/:.*$/, '')
    .replace(/-v\d+$/, '')
    .replace(/-20\d{6}$/, '')
    .split('-');
  const numbers = words.filter((word) => /^\d{1,2}$/.test(word));
  const family = words.filter((word) => !/^\d{1,2}$/.test(word)).join('-');
  const version = numbers.join('.') || '1';
  return { provider, family, version, aliases: numbers.length === 0 ? [] : [`${family}-${version}`] };
}

function split(modelId: string): readonly string[] {
  const dot = modelId.indexOf('.');
  return [modelId.slice(0, dot), modelId.slice(dot + 1)];
}
