import { describeTopic } from './suite.ts';

describeTopic('sections');
