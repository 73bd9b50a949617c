UPDATE runs SET state = 'interrupted' WHERE state = 'running'
