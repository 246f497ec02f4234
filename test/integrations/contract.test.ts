/** Every registered integration keeps what all of them promise. */
import { integrations } from '../../integrations/index.ts';
import { integrationContract } from '../contracts/integration.ts';

for (const it of integrations) integrationContract(it);
