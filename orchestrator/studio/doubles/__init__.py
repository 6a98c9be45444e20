"""The queue of likely duplicates: both people side by side, what a merge would do, and the two buttons."""
