/** What kubectl printed, without what differs between any two clusters: ages, ids, times, addresses, nodes, and the widths of columns. */
export function comparableOutput(text: string): readonly string[] {
  return text
    .replace(/https:\/\/127\.0\.0\.1:\d+/g, '<server>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>')
    // Of a ReplicaSet and of a pod: the alphabet of k8s.io/apimachinery/pkg/util/rand.
    .replace(/\b(web|db)-[bcdfghjklmnpqrstvwxz2-9]{8,10}(-[bcdfghjklmnpqrstvwxz2-9]{5})?\b/g, (_, name: string, pod?: string) => `${name}-<hash>${pod === undefined ? '' : '-<pod>'}`)
    .replace(/(pod-template-hash|controller-revision-hash)([=:] ?)[\w-]+/g, '$1$2<hash>')
    .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-<id>')
    .replace(/\b(?:10|127)\.\d+\.\d+\.\d+\b/g, '<address>')
    .replace(/("?resourceVersion"?: |Resource Version: +)"?\d+"?/g, '$1<revision>')
    .split('\n')
    .map((line) => line.replace(/<invalid>|(?<=[\s(]|^)(?:\d+[dhms]){1,2}(?= |$)/g, '<age>').replace(/ {2,}/g, '  ').replace(/-{4,}/g, '----').trimEnd())
    .filter((line, index, lines) => line !== '' || index < lines.length - 1);
}
