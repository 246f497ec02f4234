CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`before` text,
	`after` text,
	`note` text
);
--> statement-breakpoint
CREATE INDEX `audit_subject` ON `audit` (`subject`,`id`);--> statement-breakpoint
CREATE INDEX `audit_actor` ON `audit` (`actor`,`id`);--> statement-breakpoint
CREATE TABLE `job_findings` (
	`job_id` text NOT NULL,
	`step` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`job_id`, `step`, `ordinal`)
);
--> statement-breakpoint
CREATE TABLE `job_parts` (
	`job_id` text NOT NULL,
	`part` integer NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`job_id`, `part`)
);
--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`asked` text NOT NULL,
	`position` text,
	`steps` integer NOT NULL,
	`done` integer NOT NULL,
	`total` integer,
	`counts` text NOT NULL,
	`problem` text,
	`failures` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`due_at` integer,
	`lease` text,
	`slot` text
);
--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`due_at`);--> statement-breakpoint
CREATE INDEX `jobs_state` ON `jobs` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_kind` ON `jobs` (`kind`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_slot` ON `jobs` (`slot`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `version` integer DEFAULT 1 NOT NULL;