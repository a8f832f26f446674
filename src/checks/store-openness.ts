/** Whom a store's role lets read beyond those that are meant, in the words of the rules over repositories and of `verify` alike. */
export function roleOpenTo({ anyone, everything }: { readonly anyone: boolean; readonly everything: boolean }): readonly string[] {
  return [
    ...(anyone ? ['any principal of any AWS account, since its role is assumed without condition'] : []),
    ...(everything ? ['whoever holds its role, for every parameter of the account'] : []),
  ];
}
