CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `alarms` (
	`source` text NOT NULL,
	`code` text NOT NULL,
	`count` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`detail` text NOT NULL,
	PRIMARY KEY(`source`, `code`)
);
--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE TABLE `customers` (
	`id` text PRIMARY KEY NOT NULL,
	`identity` text NOT NULL,
	`account_id` text,
	`email` text,
	`name` text,
	`company` text,
	`phone` text,
	`reference` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `customers_identity` ON `customers` (`identity`);--> statement-breakpoint
CREATE TABLE `event_answers` (
	`id` text PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL,
	`refresh` integer NOT NULL,
	`asked` text NOT NULL,
	`stamp` integer NOT NULL,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `event_answers_event` ON `event_answers` (`event_id`);--> statement-breakpoint
CREATE TABLE `event_awaits` (
	`source` text NOT NULL,
	`account` text NOT NULL,
	`ref` text NOT NULL,
	`event_id` text NOT NULL,
	PRIMARY KEY(`source`, `account`, `ref`, `event_id`)
);
--> statement-breakpoint
CREATE INDEX `event_awaits_event` ON `event_awaits` (`event_id`);--> statement-breakpoint
CREATE TABLE `event_bodies` (
	`event_id` text NOT NULL,
	`part` integer NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`event_id`, `part`)
);
--> statement-breakpoint
CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`key` text NOT NULL,
	`account` text NOT NULL,
	`type` text NOT NULL,
	`mode` text,
	`created_at` integer,
	`received_at` integer NOT NULL,
	`headers` text NOT NULL,
	`state` text NOT NULL,
	`problem` text,
	`attempts` integer NOT NULL,
	`deaths` integer NOT NULL,
	`due_at` integer NOT NULL,
	`lease` text,
	`refresh` integer NOT NULL,
	`order_id` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `events_key` ON `events` (`source`,`key`);--> statement-breakpoint
CREATE INDEX `events_due` ON `events` (`due_at`) WHERE state in ('received', 'waiting');--> statement-breakpoint
CREATE INDEX `events_look` ON `events` (`state`,`id`) WHERE state in ('waiting', 'parked');--> statement-breakpoint
CREATE INDEX `events_order` ON `events` (`order_id`) WHERE order_id is not null;--> statement-breakpoint
CREATE TABLE `licenses` (
	`id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`line_id` text NOT NULL,
	`unit` integer NOT NULL,
	`part` text NOT NULL,
	`generation` integer NOT NULL,
	`replaced` integer NOT NULL,
	`key` text NOT NULL,
	`product` text NOT NULL,
	`policy` text NOT NULL,
	`license_type` text NOT NULL,
	`state` text NOT NULL,
	`reasons` text NOT NULL,
	`fields` text NOT NULL,
	`starts_at` integer NOT NULL,
	`valid_until` integer,
	`issuer` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `licenses_key` ON `licenses` (`key`);--> statement-breakpoint
CREATE UNIQUE INDEX `licenses_slot` ON `licenses` (`order_id`,`line_id`,`unit`,`part`,`generation`);--> statement-breakpoint
CREATE UNIQUE INDEX `licenses_live_slot` ON `licenses` (`order_id`,`line_id`,`unit`,`part`) WHERE replaced = 0;--> statement-breakpoint
CREATE TABLE `mapping_revisions` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`number` integer NOT NULL,
	`origin` text NOT NULL,
	`mapping` text NOT NULL,
	`catalog` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `mapping_revisions_number` ON `mapping_revisions` (`source`,`number`);--> statement-breakpoint
CREATE TABLE `order_items` (
	`order_id` text NOT NULL,
	`ordinal` integer NOT NULL,
	`line_id` text NOT NULL,
	`title` text NOT NULL,
	`quantity` integer,
	`state` text NOT NULL,
	`rule` text,
	`product` text,
	`policy` text,
	`part` text,
	`refs` text NOT NULL,
	`problem` text,
	`reason` text,
	`source` text NOT NULL,
	PRIMARY KEY(`order_id`, `ordinal`),
	FOREIGN KEY (`order_id`) REFERENCES `orders`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `order_items_parked` ON `order_items` (`source`,`order_id`) WHERE state = 'parked';--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`source` text NOT NULL,
	`account` text NOT NULL,
	`external_id` text NOT NULL,
	`label` text,
	`version` integer NOT NULL,
	`state` text NOT NULL,
	`test` integer NOT NULL,
	`flags` text NOT NULL,
	`refs` text NOT NULL,
	`customer_id` text,
	`currency` text,
	`total` text,
	`bought_at` integer,
	`revision_id` text NOT NULL,
	`next_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `orders_external` ON `orders` (`source`,`account`,`external_id`);--> statement-breakpoint
CREATE INDEX `orders_next` ON `orders` (`next_at`) WHERE next_at is not null;--> statement-breakpoint
CREATE INDEX `orders_customer` ON `orders` (`customer_id`) WHERE customer_id is not null;--> statement-breakpoint
CREATE INDEX `orders_look` ON `orders` (`state`,`id`) WHERE state in ('pending', 'parked', 'partly_parked');--> statement-breakpoint
CREATE TABLE `reviews` (
	`order_id` text NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`line_id` text,
	`act` text NOT NULL,
	`title` text NOT NULL,
	`created_at` integer NOT NULL,
	`decided_at` integer,
	PRIMARY KEY(`order_id`, `name`)
);
--> statement-breakpoint
CREATE INDEX `reviews_open` ON `reviews` (`created_at`) WHERE state = 'open';--> statement-breakpoint
CREATE TABLE `sale_refs` (
	`source` text NOT NULL,
	`account` text NOT NULL,
	`ref` text NOT NULL,
	`order_id` text NOT NULL,
	PRIMARY KEY(`source`, `account`, `ref`)
);
--> statement-breakpoint
CREATE TABLE `sale_versions` (
	`order_id` text NOT NULL,
	`version` integer NOT NULL,
	`at` integer NOT NULL,
	`cause` text NOT NULL,
	`revision_id` text NOT NULL,
	`changes` text NOT NULL,
	PRIMARY KEY(`order_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `sales` (
	`order_id` text PRIMARY KEY NOT NULL,
	`doc` text NOT NULL
);
