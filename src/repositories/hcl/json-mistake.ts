/** Where a text stops being JSON (RFC 8259). V8 says it in words only, and quotes the text, where a secret may stand. */
export function jsonMistake(text: string): { readonly at: number; readonly message: string } | undefined {
  const open: ('{' | '[')[] = [];
  let expects: 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'comma' | 'nothing' = 'value';
  // eslint-disable-next-line no-control-regex
  const token = /[ \t\r\n]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])|([{}[\]:,])|$)/y;
  for (;;) {
    const from = token.lastIndex;
    const match = token.exec(text);
    const start = from + (/^[ \t\r\n]*/.exec(text.slice(from, from + 4096))?.[0].length ?? 0);
    if (match === null) return { at: start, message: text[start] === '"' ? 'a text does not end, or has an escape that JSON does not know' : 'it is not JSON here' };
    const [, string, scalar, sign] = match;
    if (string === undefined && scalar === undefined && sign === undefined) return expects === 'nothing' ? undefined : { at: text.length, message: 'the JSON ends too early' };
    const at = token.lastIndex - (string ?? scalar ?? sign ?? '').length;
    const wrong = { at, message: 'it is not JSON here' };
    const isValue = string !== undefined || scalar !== undefined;
    if (isValue || sign === '{' || sign === '[') {
      if (string !== undefined && (expects === 'name' || expects === 'name-or-end')) expects = 'colon';
      else if (expects !== 'value' && expects !== 'value-or-end') return wrong;
      else if (sign === '{' || sign === '[') {
        open.push(sign);
        expects = sign === '{' ? 'name-or-end' : 'value-or-end';
      } else expects = open.length === 0 ? 'nothing' : 'comma';
    } else if (sign === ':') {
      if (expects !== 'colon') return wrong;
      expects = 'value';
    } else if (sign === ',') {
      if (expects !== 'comma') return wrong;
      expects = open.at(-1) === '{' ? 'name' : 'value';
    } else {
      const opened = open.pop();
      const ends = expects === 'comma' || (sign === '}' ? expects === 'name-or-end' : expects === 'value-or-end');
      if (!ends || opened !== (sign === '}' ? '{' : '[')) return wrong;
      expects = open.length === 0 ? 'nothing' : 'comma';
    }
  }
}
