/** Every shop that Keyferry speaks with, registered by hand: taking one away is taking its two lines away. */
import type { Integration } from '../src/core/integration.ts';
import { shopify } from './shopify/index.ts';
import { stripe } from './stripe/index.ts';

export const integrations: readonly Integration[] = [stripe, shopify];
