"""Numbers, units, dates, signs and abbreviations as they are said, by language, for every engine."""
