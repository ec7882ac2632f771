/** How the broken ones look names up; the honest agent leaves it to the system (flaws.ts). */
import { getServers, lookup, Resolver } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { addresses } from './identity.ts';

export type NameStyle =
  | 'asked-each-time'
  /** the relay's name is asked of the resolver that was there when it was started */
  | 'relay-by-first-resolver'
  /** that the cloud's name does not exist is remembered for as long as the endpoint has an address that it had then */
  | 'cloud-by-address';
/** Undefined where the system is asked. */
export interface Names {
  readonly ofRelay?: LookupFunction;
  readonly ofCloud?: LookupFunction;
}

export function namesBy(style: NameStyle, cloud: string): Names {
  switch (style) {
    case 'asked-each-time':
      return {};
    case 'relay-by-first-resolver':
      return { ofRelay: byFirstResolver() };
    case 'cloud-by-address': {
      const ofCloud = rememberingAbsence();
      ofCloud(cloud, { all: true }, () => undefined);
      return { ofCloud };
    }
  }
}

function byFirstResolver(): LookupFunction {
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers(getServers());
  return (name, options, done) =>
    resolver.resolve4(name, (error, found) => {
      if (error) done(error, []);
      else if (options.all)
        done(
          null,
          found.map((address) => ({ address, family: 4 })),
        );
      else done(null, found[0] ?? '', 4);
    });
}

/** `lookUp` and `own`: how names are looked up and which addresses the endpoint has now. */
export function rememberingAbsence(lookUp: typeof lookup = lookup, own = addresses): LookupFunction {
  const absent = new Map<string, NodeJS.ErrnoException>();
  return (name, options, done) => {
    // All of them: in the other network it may have further ones, in any order.
    const places = own().map((address) => `${name} ${address}`);
    const known = places.map((place) => absent.get(place)).find((error) => error !== undefined);
    if (known) {
      done(known, []);
      return;
    }
    lookUp(name, { all: true }, (error, found) => {
      if (error?.code === 'ENOTFOUND') for (const place of places) absent.set(place, error);
      if (error) done(error, []);
      else if (options.all) done(null, found);
      else done(null, found[0]?.address ?? '', found[0]?.family);
    });
  };
}
