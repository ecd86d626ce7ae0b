import { describeTopic } from './suite.ts';

describeTopic('httpd-suite');
