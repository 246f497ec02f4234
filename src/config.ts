/**
 * Everything a person configures, on its way in: mapping files, settings with their secrets, the environment,
 * and the schemas that help to write them. The doors put it together; no file is read here, and integrations
 * come in as an argument. What must never happen here: a secret in an error text.
 */
export { type Environment, readEnvironment } from './config/environment.ts';
export { type ReadMappings, readMappingFile, readMappings, sourceName } from './config/files.ts';
export { mappingSchemas } from './config/schemas.ts';
export { type Env, resolveSettings } from './config/settings.ts';
export type { WrittenFile } from './config/yaml.ts';
