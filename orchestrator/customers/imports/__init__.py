"""Files in: tables read line by line, with errors that say where and how to mend."""
