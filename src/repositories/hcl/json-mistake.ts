/** Where a text stops being JSON (RFC 8259). V8 says it in words only, and quotes the text, where a secret may stand; the YAML reader takes more than JSON. */
export function jsonMistake(text: string): { readonly at: number; readonly message: string } | undefined {
  const open: ('{' | '[')[] = [];
  let expects: 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'comma' | 'nothing' = 'value';
  // oxlint-disable-next-line no-control-regex
  const token = /("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])|([{}[\]:,])/y;
  const space = /[ \t\r\n]*/y;
  for (;;) {
    space.lastIndex = token.lastIndex;
    space.test(text);
    const at = (token.lastIndex = space.lastIndex);
    if (at === text.length) return expects === 'nothing' ? undefined : { at, message: 'the JSON ends too early' };
    const wrong = { at, message: 'it is not JSON here' };
    const match = token.exec(text);
    if (match === null) return text[at] === '"' ? { at, message: 'a text does not end, or has an escape that JSON does not know' } : wrong;
    const [, string, scalar, sign] = match;
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
