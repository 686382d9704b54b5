import type { DataQueryRequest } from '@grafana/data';
import { createContext, useContext } from 'react';
import type { FootfallQuery } from '../../types';

const Context = createContext<DataQueryRequest<FootfallQuery> | undefined>(undefined);

/** Tells what is in it what was asked. */
export const Asked = Context.Provider;

/** What was asked, if that is known. */
export const useAsked = () => useContext(Context);
