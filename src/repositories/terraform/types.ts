import type { HclBlock, HclFile, HclProblem, Span } from '../hcl/syntax.ts';
import type { Value } from '../hcl/value.ts';

/** One directory of `.tf` files, evaluated as far as it can be without a run. */
export interface TerraformModule {
  /** As given: relative to where the program runs, or absolute. */
  readonly directory: string;
  readonly files: readonly HclFile[];
  readonly problems: readonly HclProblem[];
  readonly resources: readonly TerraformResource[];
  readonly variables: ReadonlyMap<string, TerraformVariable>;
  /** Values of what `locals` blocks name. */
  readonly locals: ReadonlyMap<string, Value>;
  /** Attributes that others may look up: outputs evaluated. */
  readonly outputs: ReadonlyMap<string, Value>;
  readonly providers: readonly TerraformBlock[];
  /** Local modules that it calls, evaluated with the arguments given; remote ones are undecided. */
  readonly modules: ReadonlyMap<string, TerraformModule>;
  /** What could not be decided, with the reason. */
  readonly undecided: readonly Undecided[];
  /** How often each variable and local is referred to, for unused declarations. */
  readonly references: ReadonlyMap<string, readonly Span[]>;
}

export interface TerraformResource {
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  /** Key of `for_each` or index of `count`. */
  readonly instance?: string | number;
  /** `aws_iam_user.bedrock_user`, `aws_iam_user.u["a"]`, `module.x.aws_iam_user.u`. */
  readonly address: string;
  readonly block: HclBlock;
  readonly file: HclFile;
  /** An argument's value; undefined where it is not written. */
  readonly attribute: (name: string) => Value | undefined;
  /** Where an argument is written, else where the block begins. */
  readonly placeOf: (name?: string) => Span;
  /** Nested blocks of a type, `dynamic` ones unrolled where their collection is known. */
  readonly nested: (type: string) => readonly TerraformBlock[];
}

/** A nested or provider block with its arguments evaluated. */
export interface TerraformBlock {
  readonly block: HclBlock;
  readonly attribute: (name: string) => Value | undefined;
  readonly nested: (type: string) => readonly TerraformBlock[];
}

export interface TerraformVariable {
  readonly name: string;
  readonly value: Value;
  readonly block: HclBlock;
  readonly file: HclFile;
}

export interface Undecided {
  readonly what: string;
  readonly reason: string;
  readonly span: Span;
}
