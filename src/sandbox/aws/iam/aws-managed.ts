/**
 * The policies of AWS itself that the sandbox knows, by ARN. Documents from the AWS managed policy reference guide.
 */
export const awsManagedPolicies: ReadonlyMap<string, { readonly name: string; readonly document: string }> = new Map(
  [
    {
      name: 'AdministratorAccess',
      document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    },
    {
      name: 'AmazonSSMReadOnlyAccess',
      document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['ssm:Describe*', 'ssm:Get*', 'ssm:List*'], Resource: '*' }] },
    },
  ].map(({ name, document }) => [`arn:aws:iam::aws:policy/${name}`, { name, document: JSON.stringify(document) }]),
);
