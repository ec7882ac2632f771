/** For the tests of configurations: a relay with nothing special. */
import type { RelaySettings } from './software.ts';

export const PLAIN: RelaySettings = {
  name: 'relay.closed.test',
  listen: ['10.0.0.3:3128'],
  outward: '10.1.0.3',
  allow: ['edr.cloud.test:443', '10.1.0.4:80'],
  resolver: '10.1.0.2',
  strictHost: false,
  blockPage: false,
  signIn: null,
  identity: null,
  inspection: null,
  parent: null,
  children: [],
};
