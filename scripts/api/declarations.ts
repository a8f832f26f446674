/** Reads a declaration file of `tsc` (without comments): what it declares, imports and exports, by name. */
export interface Declarations {
  /** Each top-level declaration by its name, without `export` and `declare`. */
  readonly texts: ReadonlyMap<string, string>;
  readonly imports: ReadonlyMap<string, { readonly from?: string; readonly name: string }>;
  readonly exports: ReadonlyMap<string, { readonly from?: string; readonly name: string }>;
  /** Modules of which everything is exported. */
  readonly stars: readonly string[];
}

export function declarationsOf(text: string): Declarations {
  const texts = new Map<string, string>();
  const imports = new Map<string, { from?: string; name: string }>();
  const exports = new Map<string, { from?: string; name: string }>();
  const stars: string[] = [];
  for (const statement of statementsOf(text)) {
    const star = /^export (?:type )?\* from ['"](.+)['"]/.exec(statement);
    if (star?.[1] !== undefined) {
      stars.push(star[1]);
      continue;
    }
    const list = /^(import|export) (?:type )?\{([^}]*)\}(?: from ['"](.+)['"])?/.exec(statement);
    if (list !== null) {
      for (const { name, as } of namesIn(list[2] ?? '')) (list[1] === 'import' ? imports : exports).set(as, { name, ...(list[3] === undefined ? {} : { from: list[3] }) });
      continue;
    }
    const declared = /^(export )?(?:declare )?(?:abstract )?(?:interface|type|function|const|class|enum) ([\w$]+)/.exec(statement);
    if (declared?.[2] === undefined) continue;
    const name = declared[2];
    const plain = statement.replace(/^export /, '').replace(/^declare /, '');
    // Overloads of a function stand together.
    texts.set(name, texts.has(name) ? `${texts.get(name)}\n${plain}` : plain);
    if (declared[1] !== undefined) exports.set(name, { name });
  }
  return { texts, imports, exports, stars };
}

/** Names that a declaration mentions; words in quotes are none. */
export function identifiersIn(text: string): ReadonlySet<string> {
  return new Set(text.replaceAll(/'[^'\n]*'|"[^"\n]*"/g, ' ').match(/[A-Za-z_$][\w$]*/g) ?? []);
}

/** Top-level statements: each ends with a `;` outside of brackets, or with the brace that closes an interface or class. */
function statementsOf(text: string): readonly string[] {
  const statements: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === "'" || character === '"' || character === '`') {
      at += 1;
      while (at < text.length && text[at] !== character) at += text[at] === '\\' ? 2 : 1;
    } else if ('{([<'.includes(character)) depth += 1;
    else if ('})]'.includes(character) || (character === '>' && text[at - 1] !== '=')) depth -= 1;
    const statement = text.slice(start, at + 1).trim();
    const block = character === '}' && /^(?:export )?(?:declare )?(?:abstract )?(?:interface|class|enum)\b/.test(statement);
    if (depth === 0 && (character === ';' || block)) {
      if (statement !== ';') statements.push(statement);
      start = at + 1;
    }
  }
  return statements;
}

function namesIn(list: string): readonly { readonly name: string; readonly as: string }[] {
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type /, ''))
    .filter((item) => item !== '')
    .map((item) => {
      const [name = '', as = name] = item.split(/\s+as\s+/);
      return { name, as };
    });
}
