import type { CallPlace } from './classify.ts';
import { reading, type Session } from './session.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** What the next page is asked for with; undefined or empty on the last one. A page without items may have one too (SSM API reference, DescribeParameters). */
  readonly next: string | undefined;
}

/** Reads page after page to the last one. */
export async function everyPage<Item>(session: Session, place: CallPlace, ask: (next: string | undefined) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  do {
    const next = token;
    const page = await reading(session, place, () => ask(next));
    all.push(...page.items);
    token = page.next === '' ? undefined : page.next;
  } while (token !== undefined);
  return all;
}

/** IAM's way: `Marker` counts where `IsTruncated` says so. */
export function afterMarker({ IsTruncated, Marker }: { readonly IsTruncated?: boolean | undefined; readonly Marker?: string | undefined }): string | undefined {
  return IsTruncated === true ? Marker : undefined;
}

/** Entities a page of GetAccountAuthorizationDetails: as many as IAM gives unasked. A page of a thousand with their policies is megabytes of XML, parsed at once. */
export const detailsPage = 100;
