CREATE TABLE `refusals` (
	`id` text PRIMARY KEY NOT NULL,
	`list` text NOT NULL,
	`source` text NOT NULL,
	`at` integer NOT NULL,
	`problem` text NOT NULL,
	`diagnosis` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `refusals_list` ON `refusals` (`list`,`id`);--> statement-breakpoint
CREATE TABLE `__new_event_answers` (
	`id` text NOT NULL,
	`part` integer NOT NULL,
	`event_id` text NOT NULL,
	`refresh` integer NOT NULL,
	`asked` text NOT NULL,
	`stamp` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`id`, `part`)
);
--> statement-breakpoint
INSERT INTO `__new_event_answers`("id", "part", "event_id", "refresh", "asked", "stamp", "body") SELECT "id", 0, "event_id", "refresh", "asked", "stamp", "body" FROM `event_answers`;--> statement-breakpoint
DROP TABLE `event_answers`;--> statement-breakpoint
ALTER TABLE `__new_event_answers` RENAME TO `event_answers`;--> statement-breakpoint
CREATE INDEX `event_answers_event` ON `event_answers` (`event_id`);--> statement-breakpoint
CREATE TABLE `__new_sales` (
	`order_id` text NOT NULL,
	`part` integer NOT NULL,
	`doc` text NOT NULL,
	PRIMARY KEY(`order_id`, `part`)
);
--> statement-breakpoint
INSERT INTO `__new_sales`("order_id", "part", "doc") SELECT "order_id", 0, "doc" FROM `sales`;--> statement-breakpoint
DROP TABLE `sales`;--> statement-breakpoint
ALTER TABLE `__new_sales` RENAME TO `sales`;