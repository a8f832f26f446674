import type { Node, Parser, Tree } from 'web-tree-sitter';
import { readExpression } from './read-expression.ts';
import type { HclAttribute, HclBlock, HclBody, HclFile, HclProblem, Span } from './syntax.ts';

/**
 * Reads one file of HCL. Never throws on bad input: what cannot be read is a problem with its place, and the blocks
 * around it are still there.
 */
export function parseHcl(parser: Parser, file: string, source: string): HclFile {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const tree = parser.parse(text);
  if (tree === null) return { file, text, body: emptyBody(file), problems: [{ message: 'the file could not be read as HCL', span: emptySpan(file) }] };
  try {
    const deep = tooDeep(file, text, tree);
    if (deep) return { file, text, body: emptyBody(file), problems: [{ message: 'it is nested too deeply', span: deep }] };
    const root = tree.rootNode;
    const body = root.namedChildren.find((node) => node?.type === 'body');
    const problems: HclProblem[] = [];
    if (root.hasError) collectProblems(file, root, problems);
    return { file, text, body: body ? readBody(file, body) : emptyBody(file), problems };
  } finally {
    tree.delete();
  }
}

/** Of brackets, templates and blocks within each other: far beyond what a person writes, and within any stack. */
const deepest = 200;
/** One bracket is up to four nodes of the grammar: expression, collection_value, tuple, the bracket's content. */
const deepestNode = 4 * deepest;

/** Where a file is nested so deeply that reading and evaluating it, which both recurse, could run out of stack. */
function tooDeep(file: string, text: string, tree: Tree): Span | undefined {
  let depth = 0;
  let most = 0;
  for (const bracket of text.matchAll(/[[\](){}]/g)) {
    depth = Math.max(0, depth + (/[[({]/.test(bracket[0]) ? 1 : -1));
    most = Math.max(most, depth);
  }
  // Operators nest too, `a + a + a` to the left. Those in texts are counted as well: only the tree is certain, and few files need a look at it.
  if (most <= deepest && (text.match(/[-+*/%?!<>&|]/g)?.length ?? 0) <= 5 * deepest) return undefined;
  const cursor = tree.walk();
  try {
    for (;;) {
      if (cursor.currentDepth > deepestNode) return spanOf(file, cursor.currentNode);
      if (cursor.gotoFirstChild()) continue;
      while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return undefined;
    }
  } finally {
    cursor.delete();
  }
}

export function spanOf(file: string, node: Node): Span {
  return { file, start: node.startIndex, end: node.endIndex, line: node.startPosition.row + 1, column: node.startPosition.column + 1 };
}

function readBody(file: string, node: Node): HclBody {
  const attributes = new Map<string, HclAttribute>();
  const blocks: HclBlock[] = [];
  for (const child of node.namedChildren) {
    if (child.type === 'attribute') {
      const [name, expression] = child.namedChildren;
      if (!name || !expression || child.hasError) continue;
      if (!attributes.has(name.text)) attributes.set(name.text, { name: name.text, expression: readExpression(file, expression), span: spanOf(file, child) });
    } else if (child.type === 'block') {
      blocks.push(readBlock(file, child));
    }
  }
  return { attributes, blocks, span: spanOf(file, node) };
}

function readBlock(file: string, node: Node): HclBlock {
  const [type, ...rest] = node.namedChildren;
  const labels: string[] = [];
  let body: HclBody | undefined;
  for (const child of rest) {
    if (child.type === 'string_lit') labels.push(child.namedChildren.filter((part) => part.type === 'template_literal').map((part) => part.text).join(''));
    else if (child.type === 'identifier') labels.push(child.text);
    else if (child.type === 'body') body = readBody(file, child);
  }
  return { type: type?.text ?? '', labels, body: body ?? emptyBody(file), span: spanOf(file, node) };
}

function collectProblems(file: string, node: Node, problems: HclProblem[]): void {
  // One mistake often breaks several things at one place.
  if (problems.length >= 20 || ((node.isError || node.isMissing) && problems.at(-1)?.span.start === node.startIndex)) return;
  if (node.isError) {
    problems.push({ message: `unexpected ${JSON.stringify(node.text.slice(0, 40).split('\n')[0])}`, span: spanOf(file, node) });
    return;
  }
  if (node.isMissing) {
    problems.push({ message: `\`${node.type}\` is missing`, span: spanOf(file, node) });
    return;
  }
  if (!node.hasError) return;
  for (const child of node.children) collectProblems(file, child, problems);
}

function emptySpan(file: string): Span {
  return { file, start: 0, end: 0, line: 1, column: 1 };
}

function emptyBody(file: string): HclBody {
  return { attributes: new Map(), blocks: [], span: emptySpan(file) };
}
