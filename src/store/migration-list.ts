/**
 * The migrations, in order. Made from src/store/migrations by `npm run generate`; never change one that was
 * released.
 */
export const MIGRATIONS: readonly { readonly name: string; readonly statements: readonly string[] }[] = [
  {
    "name": "0000_first",
    "statements": [
      "CREATE TABLE `accounts` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`name` text NOT NULL,\n\t`created_at` integer NOT NULL\n)",
      "CREATE TABLE `alarms` (\n\t`source` text NOT NULL,\n\t`code` text NOT NULL,\n\t`count` integer NOT NULL,\n\t`first_at` integer NOT NULL,\n\t`last_at` integer NOT NULL,\n\t`detail` text NOT NULL,\n\tPRIMARY KEY(`source`, `code`)\n)",
      "CREATE TABLE `api_keys` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`name` text NOT NULL,\n\t`hash` text NOT NULL,\n\t`scopes` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`expires_at` integer,\n\t`last_used_at` integer,\n\t`revoked_at` integer\n)",
      "CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`)",
      "CREATE TABLE `customers` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`identity` text NOT NULL,\n\t`account_id` text,\n\t`email` text,\n\t`name` text,\n\t`company` text,\n\t`phone` text,\n\t`reference` text,\n\t`created_at` integer NOT NULL,\n\tFOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action\n)",
      "CREATE UNIQUE INDEX `customers_identity` ON `customers` (`identity`)",
      "CREATE TABLE `event_answers` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`event_id` text NOT NULL,\n\t`refresh` integer NOT NULL,\n\t`asked` text NOT NULL,\n\t`stamp` integer NOT NULL,\n\t`body` text NOT NULL\n)",
      "CREATE INDEX `event_answers_event` ON `event_answers` (`event_id`)",
      "CREATE TABLE `event_awaits` (\n\t`source` text NOT NULL,\n\t`account` text NOT NULL,\n\t`ref` text NOT NULL,\n\t`event_id` text NOT NULL,\n\tPRIMARY KEY(`source`, `account`, `ref`, `event_id`)\n)",
      "CREATE INDEX `event_awaits_event` ON `event_awaits` (`event_id`)",
      "CREATE TABLE `event_bodies` (\n\t`event_id` text NOT NULL,\n\t`part` integer NOT NULL,\n\t`bytes` blob NOT NULL,\n\tPRIMARY KEY(`event_id`, `part`)\n)",
      "CREATE TABLE `events` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`source` text NOT NULL,\n\t`key` text NOT NULL,\n\t`account` text NOT NULL,\n\t`type` text NOT NULL,\n\t`mode` text,\n\t`created_at` integer,\n\t`received_at` integer NOT NULL,\n\t`headers` text NOT NULL,\n\t`state` text NOT NULL,\n\t`problem` text,\n\t`attempts` integer NOT NULL,\n\t`deaths` integer NOT NULL,\n\t`due_at` integer NOT NULL,\n\t`lease` text,\n\t`refresh` integer NOT NULL,\n\t`order_id` text\n)",
      "CREATE UNIQUE INDEX `events_key` ON `events` (`source`,`key`)",
      "CREATE INDEX `events_due` ON `events` (`due_at`) WHERE state in ('received', 'waiting')",
      "CREATE INDEX `events_look` ON `events` (`state`,`id`) WHERE state in ('waiting', 'parked')",
      "CREATE INDEX `events_order` ON `events` (`order_id`) WHERE order_id is not null",
      "CREATE TABLE `licenses` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`order_id` text NOT NULL,\n\t`line_id` text NOT NULL,\n\t`unit` integer NOT NULL,\n\t`part` text NOT NULL,\n\t`generation` integer NOT NULL,\n\t`replaced` integer NOT NULL,\n\t`key` text NOT NULL,\n\t`product` text NOT NULL,\n\t`policy` text NOT NULL,\n\t`license_type` text NOT NULL,\n\t`state` text NOT NULL,\n\t`reasons` text NOT NULL,\n\t`fields` text NOT NULL,\n\t`starts_at` integer NOT NULL,\n\t`valid_until` integer,\n\t`issuer` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`updated_at` integer NOT NULL,\n\tFOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action\n)",
      "CREATE UNIQUE INDEX `licenses_key` ON `licenses` (`key`)",
      "CREATE UNIQUE INDEX `licenses_slot` ON `licenses` (`order_id`,`line_id`,`unit`,`part`,`generation`)",
      "CREATE UNIQUE INDEX `licenses_live_slot` ON `licenses` (`order_id`,`line_id`,`unit`,`part`) WHERE replaced = 0",
      "CREATE TABLE `mapping_revisions` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`source` text NOT NULL,\n\t`number` integer NOT NULL,\n\t`origin` text NOT NULL,\n\t`mapping` text NOT NULL,\n\t`catalog` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`created_by` text NOT NULL\n)",
      "CREATE UNIQUE INDEX `mapping_revisions_number` ON `mapping_revisions` (`source`,`number`)",
      "CREATE TABLE `order_items` (\n\t`order_id` text NOT NULL,\n\t`ordinal` integer NOT NULL,\n\t`line_id` text NOT NULL,\n\t`title` text NOT NULL,\n\t`quantity` integer,\n\t`state` text NOT NULL,\n\t`rule` text,\n\t`product` text,\n\t`policy` text,\n\t`part` text,\n\t`refs` text NOT NULL,\n\t`problem` text,\n\t`reason` text,\n\t`source` text NOT NULL,\n\tPRIMARY KEY(`order_id`, `ordinal`),\n\tFOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action\n)",
      "CREATE INDEX `order_items_parked` ON `order_items` (`source`,`order_id`) WHERE state = 'parked'",
      "CREATE TABLE `orders` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`source` text NOT NULL,\n\t`account` text NOT NULL,\n\t`external_id` text NOT NULL,\n\t`label` text,\n\t`version` integer NOT NULL,\n\t`state` text NOT NULL,\n\t`test` integer NOT NULL,\n\t`flags` text NOT NULL,\n\t`refs` text NOT NULL,\n\t`customer_id` text,\n\t`currency` text,\n\t`total` text,\n\t`bought_at` integer,\n\t`revision_id` text NOT NULL,\n\t`next_at` integer,\n\t`created_at` integer NOT NULL,\n\t`updated_at` integer NOT NULL,\n\tFOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action\n)",
      "CREATE UNIQUE INDEX `orders_external` ON `orders` (`source`,`account`,`external_id`)",
      "CREATE INDEX `orders_next` ON `orders` (`next_at`) WHERE next_at is not null",
      "CREATE INDEX `orders_customer` ON `orders` (`customer_id`) WHERE customer_id is not null",
      "CREATE INDEX `orders_look` ON `orders` (`state`,`id`) WHERE state in ('pending', 'parked', 'partly_parked')",
      "CREATE TABLE `reviews` (\n\t`order_id` text NOT NULL,\n\t`name` text NOT NULL,\n\t`state` text NOT NULL,\n\t`line_id` text,\n\t`act` text NOT NULL,\n\t`title` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`decided_at` integer,\n\tPRIMARY KEY(`order_id`, `name`)\n)",
      "CREATE INDEX `reviews_open` ON `reviews` (`created_at`) WHERE state = 'open'",
      "CREATE TABLE `sale_refs` (\n\t`source` text NOT NULL,\n\t`account` text NOT NULL,\n\t`ref` text NOT NULL,\n\t`order_id` text NOT NULL,\n\tPRIMARY KEY(`source`, `account`, `ref`)\n)",
      "CREATE TABLE `sale_versions` (\n\t`order_id` text NOT NULL,\n\t`version` integer NOT NULL,\n\t`at` integer NOT NULL,\n\t`cause` text NOT NULL,\n\t`revision_id` text NOT NULL,\n\t`changes` text NOT NULL,\n\tPRIMARY KEY(`order_id`, `version`)\n)",
      "CREATE TABLE `sales` (\n\t`order_id` text PRIMARY KEY NOT NULL,\n\t`doc` text NOT NULL\n)"
    ]
  },
  {
    "name": "0001_parts",
    "statements": [
      "CREATE TABLE `refusals` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`list` text NOT NULL,\n\t`source` text NOT NULL,\n\t`at` integer NOT NULL,\n\t`problem` text NOT NULL,\n\t`diagnosis` text NOT NULL\n)",
      "CREATE INDEX `refusals_list` ON `refusals` (`list`,`id`)",
      "CREATE TABLE `__new_event_answers` (\n\t`id` text NOT NULL,\n\t`part` integer NOT NULL,\n\t`event_id` text NOT NULL,\n\t`refresh` integer NOT NULL,\n\t`asked` text NOT NULL,\n\t`stamp` integer NOT NULL,\n\t`body` text NOT NULL,\n\tPRIMARY KEY(`id`, `part`)\n)",
      "INSERT INTO `__new_event_answers`(\"id\", \"part\", \"event_id\", \"refresh\", \"asked\", \"stamp\", \"body\") SELECT \"id\", 0, \"event_id\", \"refresh\", \"asked\", \"stamp\", \"body\" FROM `event_answers`",
      "DROP TABLE `event_answers`",
      "ALTER TABLE `__new_event_answers` RENAME TO `event_answers`",
      "CREATE INDEX `event_answers_event` ON `event_answers` (`event_id`)",
      "CREATE TABLE `__new_sales` (\n\t`order_id` text NOT NULL,\n\t`part` integer NOT NULL,\n\t`doc` text NOT NULL,\n\tPRIMARY KEY(`order_id`, `part`)\n)",
      "INSERT INTO `__new_sales`(\"order_id\", \"part\", \"doc\") SELECT \"order_id\", 0, \"doc\" FROM `sales`",
      "DROP TABLE `sales`",
      "ALTER TABLE `__new_sales` RENAME TO `sales`"
    ]
  },
  {
    "name": "0002_after_the_sale",
    "statements": [
      "CREATE TABLE `given_keys` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`source` text NOT NULL,\n\t`account` text NOT NULL,\n\t`name` text NOT NULL,\n\t`line` text,\n\t`product` text,\n\t`key` text NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`created_by` text NOT NULL,\n\t`license_id` text\n)",
      "CREATE UNIQUE INDEX `given_keys_key` ON `given_keys` (`key`)",
      "CREATE INDEX `given_keys_name` ON `given_keys` (`source`,`account`,`name`)",
      "CREATE TABLE `privacy_requests` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`source` text NOT NULL,\n\t`account` text NOT NULL,\n\t`kind` text NOT NULL,\n\t`subject` text NOT NULL,\n\t`event_id` text,\n\t`created_at` integer NOT NULL,\n\t`due_at` integer NOT NULL,\n\t`done_at` integer,\n\t`done_by` text\n)",
      "CREATE UNIQUE INDEX `privacy_requests_event` ON `privacy_requests` (`event_id`) WHERE event_id is not null",
      "CREATE TABLE `redactions` (\n\t`source` text NOT NULL,\n\t`account` text NOT NULL,\n\t`kind` text NOT NULL,\n\t`name` text NOT NULL,\n\t`at` integer NOT NULL,\n\t`cause` text NOT NULL,\n\tPRIMARY KEY(`source`, `account`, `kind`, `name`)\n)",
      "ALTER TABLE `reviews` ADD `changes` text DEFAULT '[]' NOT NULL",
      "ALTER TABLE `reviews` ADD `decided_by` text",
      "CREATE INDEX `customers_reference` ON `customers` (`reference`) WHERE reference is not null",
      "CREATE INDEX `privacy_requests_open` ON `privacy_requests` (`id`) WHERE done_at is null",
      "CREATE TABLE `order_buyers` (\n\t`source` text NOT NULL,\n\t`account` text NOT NULL,\n\t`kind` text NOT NULL,\n\t`name` text NOT NULL,\n\t`order_id` text NOT NULL,\n\tPRIMARY KEY(`kind`, `name`, `source`, `account`, `order_id`)\n)",
      "CREATE INDEX `order_buyers_order` ON `order_buyers` (`order_id`)",
      "INSERT INTO `order_buyers` (`source`, `account`, `kind`, `name`, `order_id`)\n  SELECT o.`source`, o.`account`, said.key, CASE said.key WHEN 'email' THEN lower(trim(said.value)) ELSE said.value END, o.`id`\n  FROM `sales` s JOIN `orders` o ON o.`id` = s.`order_id`\n    CROSS JOIN json_each(CASE WHEN json_valid(s.`doc`) THEN s.`doc` ELSE '{}' END, '$.things') thing\n    CROSS JOIN json_each(thing.value) word\n    CROSS JOIN json_each(word.value, '$.content') said\n  WHERE thing.key LIKE '%/buyer' AND said.key IN ('reference', 'email') AND said.type = 'text' AND said.value <> ''\n  ON CONFLICT DO NOTHING",
      "INSERT INTO `order_buyers` (`source`, `account`, `kind`, `name`, `order_id`)\n  SELECT o.`source`, o.`account`, 'email', substr(c.`identity`, 7), o.`id`\n  FROM `orders` o JOIN `customers` c ON c.`id` = o.`customer_id` WHERE c.`identity` LIKE 'email:_%'\n  ON CONFLICT DO NOTHING",
      "UPDATE `events` SET `state` = 'received', `problem` = NULL, `attempts` = 0, `due_at` = 0, `lease` = NULL\n  WHERE (`state` = 'ignored' AND `problem`->>'code' = 'type_unknown')\n    OR (`state` = 'parked' AND `problem`->>'code' = 'subscription_unsupported')"
    ]
  },
  {
    "name": "0003_pace",
    "statements": [
      "CREATE TABLE `source_days` (\n\t`source` text NOT NULL,\n\t`day` integer NOT NULL,\n\t`first_at` integer NOT NULL,\n\t`last_at` integer NOT NULL,\n\t`gaps` integer NOT NULL,\n\t`longest_ms` integer NOT NULL,\n\tPRIMARY KEY(`source`, `day`)\n)"
    ]
  },
  {
    "name": "0004_one_name",
    "statements": [
      "DROP INDEX `orders_external`"
    ]
  },
  {
    "name": "0005_jobs_and_audit",
    "statements": [
      "CREATE TABLE `audit` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`at` integer NOT NULL,\n\t`actor` text NOT NULL,\n\t`action` text NOT NULL,\n\t`subject` text NOT NULL,\n\t`before` text,\n\t`after` text,\n\t`note` text\n)",
      "CREATE INDEX `audit_subject` ON `audit` (`subject`,`id`)",
      "CREATE INDEX `audit_actor` ON `audit` (`actor`,`id`)",
      "CREATE TABLE `job_findings` (\n\t`job_id` text NOT NULL,\n\t`step` integer NOT NULL,\n\t`ordinal` integer NOT NULL,\n\t`body` text NOT NULL,\n\tPRIMARY KEY(`job_id`, `step`, `ordinal`)\n)",
      "CREATE TABLE `job_parts` (\n\t`job_id` text NOT NULL,\n\t`part` integer NOT NULL,\n\t`bytes` blob NOT NULL,\n\tPRIMARY KEY(`job_id`, `part`)\n)",
      "CREATE TABLE `jobs` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`kind` text NOT NULL,\n\t`state` text NOT NULL,\n\t`asked` text NOT NULL,\n\t`position` text,\n\t`steps` integer NOT NULL,\n\t`done` integer NOT NULL,\n\t`total` integer,\n\t`counts` text NOT NULL,\n\t`problem` text,\n\t`failures` integer NOT NULL,\n\t`created_at` integer NOT NULL,\n\t`created_by` text NOT NULL,\n\t`started_at` integer,\n\t`ended_at` integer,\n\t`due_at` integer,\n\t`lease` text,\n\t`slot` text\n)",
      "CREATE INDEX `jobs_due` ON `jobs` (`due_at`)",
      "CREATE INDEX `jobs_state` ON `jobs` (`state`,`id`)",
      "CREATE INDEX `jobs_kind` ON `jobs` (`kind`,`id`)",
      "CREATE UNIQUE INDEX `jobs_slot` ON `jobs` (`slot`)",
      "ALTER TABLE `accounts` ADD `version` integer DEFAULT 1 NOT NULL",
      "ALTER TABLE `customers` ADD `version` integer DEFAULT 1 NOT NULL"
    ]
  }
];
