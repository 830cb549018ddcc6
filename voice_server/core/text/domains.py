"""The top-level domains by which a word with dots is known for the name of a host."""

from __future__ import annotations

from typing import Final

TOP_LEVEL_DOMAINS: Final = (
    "com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|me|tv|cc|co|xyz|tech|cloud|online|site|store|blog|news|wiki"
    "|page|gg|ly|to|eu|us|uk|de|fr|es|it|pt|nl|be|ch|at|pl|cz|sk|hu|ro|bg|gr|ru|ua|by|kz|se|no|fi|dk|is|ie|jp|cn|kr"
    "|tw|hk|sg|in|pk|ir|il|ae|sa|eg|za|ng|ke|br|ar|cl|mx|pe|ca|au|nz|tr|vn|th|id|my|ph|example|test|local|internal"
)
"""The common ones, as alternatives of a pattern: any word may be one, and "e.g.this" is no host."""
