/** The images by the names under which the rest of the project knows them. */
import type { ImageRecipe } from '../engine.ts';
import { withNode } from './node.ts';
import { endpointBase, toolsImage } from './recipes.ts';

export { baseImage, endpointBase, toolchain, toolsImage } from './recipes.ts';
export { withNode } from './node.ts';

/** Tools plus node: the cloud's program and helpers of the lab. */
export function toolsNodeImage(): ImageRecipe {
  return withNode('tools-node', toolsImage);
}

/** What an endpoint starts from, by `endpoint.base` of a manifest; the second holds the first. */
export function endpointBases(): Readonly<Record<'debian-12' | 'debian-12-node', ImageRecipe>> {
  return { 'debian-12': endpointBase, 'debian-12-node': withNode('endpoint-node', endpointBase) };
}
