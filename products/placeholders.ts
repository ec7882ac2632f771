/** The words in braces that the harness fills into a hook's argv (docs/product-contract.md). */

export const PLACEHOLDERS = [
  'relay.address',
  'relay.url',
  'relay.name',
  'relay.port',
  'relay.kind',
  'relay.user',
  'relay.password',
  'relay.password-file',
  'relay.ca',
  'relay.pac',
  'relay.second',
  'cloud.url',
  'cloud.host',
  'cloud.ca',
  'enrolment.token',
  'uninstall.secret',
  'endpoint.name',
  'queue.detections',
  'queue.events',
  'content.file',
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
/** Values by name: each placeholder, and `secret.NAME` for each secret of the manifest. */
export type HookValues = Readonly<Record<string, string>>;

const BRACES = /\{([A-Za-z][A-Za-z0-9_.-]*)\}/g;

/** Names in braces in one argument, in order. Other braces, as in JSON, are left alone. */
export function placeholdersIn(argument: string): string[] {
  return [...argument.matchAll(BRACES)].map((match) => match[1] ?? '');
}

/**
 * The argv with every placeholder replaced, once: a value that itself holds braces is not looked at again.
 * Throws a TypeError for a name without a value; `loadProduct` has refused unknown names before.
 */
export function fillHook(argv: readonly string[], values: HookValues): string[] {
  const known = new Map(Object.entries(values));
  return argv.map((argument) =>
    argument.replaceAll(BRACES, (_, name: string) => {
      const value = known.get(name);
      if (value === undefined)
        throw new TypeError(`no value was given for {${name}} of the hook ${argv.join(' ')}`);
      return value;
    }),
  );
}
