-- Who of the own fleet brings a parcel, and from or at which branch: on its delivery note.
ALTER TABLE plan_wishes ADD COLUMN branch TEXT NOT NULL DEFAULT '';
ALTER TABLE plan_wishes ADD COLUMN worker TEXT NOT NULL DEFAULT '';
