CREATE TABLE `source_days` (
	`source` text NOT NULL,
	`day` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`gaps` integer NOT NULL,
	`longest_ms` integer NOT NULL,
	PRIMARY KEY(`source`, `day`)
);
