/**
 * HCL as a tree of plain values with places: what `parse.ts` makes of a file and `evaluate.ts` works on.
 * Grammar: the HCL native syntax specification (hashicorp/hcl, `hclsyntax/spec.md`).
 */
export interface HclFile {
  /** As given to the parser; findings name it. */
  readonly file: string;
  readonly text: string;
  readonly body: HclBody;
  /** What could not be read; the rest of the file still is. */
  readonly problems: readonly HclProblem[];
}

/** Offsets are in UTF-16 units of the text; line and column are 1-based. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

export interface HclProblem {
  readonly message: string;
  readonly span: Span;
}

export interface HclBody {
  readonly attributes: ReadonlyMap<string, HclAttribute>;
  readonly blocks: readonly HclBlock[];
  readonly span: Span;
}

export interface HclAttribute {
  readonly name: string;
  readonly expression: Expression;
  readonly span: Span;
}

export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: HclBody;
  readonly span: Span;
}

export type Expression = { readonly span: Span } & (
  | { readonly type: 'literal'; readonly value: string | number | boolean | null }
  | { readonly type: 'template'; readonly parts: readonly TemplatePart[] }
  | { readonly type: 'tuple'; readonly elements: readonly Expression[] }
  | { readonly type: 'object'; readonly entries: readonly ObjectEntry[] }
  | { readonly type: 'reference'; readonly root: string; readonly steps: readonly TraversalStep[] }
  | { readonly type: 'traversal'; readonly of: Expression; readonly steps: readonly TraversalStep[] }
  | { readonly type: 'call'; readonly name: string; readonly arguments: readonly Expression[]; readonly expandLast: boolean }
  | { readonly type: 'conditional'; readonly condition: Expression; readonly whenTrue: Expression; readonly whenFalse: Expression }
  | { readonly type: 'unary'; readonly operator: string; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'for'; readonly key?: string; readonly value: string; readonly collection: Expression; readonly resultKey?: Expression; readonly result: Expression; readonly condition?: Expression; readonly grouping: boolean }
  /** Something that the reader does not understand: its value is undecided. */
  | { readonly type: 'unreadable' }
);

export interface ObjectEntry {
  /** A bare word is a literal key, as in HCL. */
  readonly key: Expression;
  readonly value: Expression;
}

export type TemplatePart = string | Expression;

export type TraversalStep =
  | { readonly type: 'attribute'; readonly name: string }
  | { readonly type: 'index'; readonly index: Expression }
  /** `[*]` and `.*`: the steps after it apply to each element. */
  | { readonly type: 'splat' };
