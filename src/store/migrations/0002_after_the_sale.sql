CREATE TABLE `given_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`account` text NOT NULL,
	`name` text NOT NULL,
	`line` text,
	`product` text,
	`key` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`license_id` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `given_keys_key` ON `given_keys` (`key`);--> statement-breakpoint
CREATE INDEX `given_keys_name` ON `given_keys` (`source`,`account`,`name`);--> statement-breakpoint
CREATE TABLE `privacy_requests` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`account` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`event_id` text,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`done_at` integer,
	`done_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `privacy_requests_event` ON `privacy_requests` (`event_id`) WHERE event_id is not null;--> statement-breakpoint
CREATE TABLE `redactions` (
	`source` text NOT NULL,
	`account` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`at` integer NOT NULL,
	`cause` text NOT NULL,
	PRIMARY KEY(`source`, `account`, `kind`, `name`)
);
--> statement-breakpoint
ALTER TABLE `reviews` ADD `changes` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `reviews` ADD `decided_by` text;--> statement-breakpoint
CREATE INDEX `customers_reference` ON `customers` (`reference`) WHERE reference is not null;--> statement-breakpoint
CREATE INDEX `privacy_requests_open` ON `privacy_requests` (`id`) WHERE done_at is null;
--> statement-breakpoint
CREATE TABLE `order_buyers` (
	`source` text NOT NULL,
	`account` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`order_id` text NOT NULL,
	PRIMARY KEY(`kind`, `name`, `source`, `account`, `order_id`)
);
--> statement-breakpoint
CREATE INDEX `order_buyers_order` ON `order_buyers` (`order_id`);--> statement-breakpoint
INSERT INTO `order_buyers` (`source`, `account`, `kind`, `name`, `order_id`)
  SELECT o.`source`, o.`account`, said.key, CASE said.key WHEN 'email' THEN lower(trim(said.value)) ELSE said.value END, o.`id`
  FROM `sales` s JOIN `orders` o ON o.`id` = s.`order_id`
    CROSS JOIN json_each(CASE WHEN json_valid(s.`doc`) THEN s.`doc` ELSE '{}' END, '$.things') thing
    CROSS JOIN json_each(thing.value) word
    CROSS JOIN json_each(word.value, '$.content') said
  WHERE thing.key LIKE '%/buyer' AND said.key IN ('reference', 'email') AND said.type = 'text' AND said.value <> ''
  ON CONFLICT DO NOTHING;--> statement-breakpoint
INSERT INTO `order_buyers` (`source`, `account`, `kind`, `name`, `order_id`)
  SELECT o.`source`, o.`account`, 'email', substr(c.`identity`, 7), o.`id`
  FROM `orders` o JOIN `customers` c ON c.`id` = o.`customer_id` WHERE c.`identity` LIKE 'email:_%'
  ON CONFLICT DO NOTHING;
--> statement-breakpoint
UPDATE `events` SET `state` = 'received', `problem` = NULL, `attempts` = 0, `due_at` = 0, `lease` = NULL
  WHERE (`state` = 'ignored' AND `problem`->>'code' = 'type_unknown')
    OR (`state` = 'parked' AND `problem`->>'code' = 'subscription_unsupported');
