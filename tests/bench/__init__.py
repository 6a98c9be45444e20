"""`make bench`: one file a row of the targets, ours and its baseline measured in the same run."""
