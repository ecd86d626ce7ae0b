import { describeTopic } from './suite.ts';

describeTopic('fastcgi');
