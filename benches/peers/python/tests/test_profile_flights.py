"""The pipeline that stands under the profilers is made of the peer's own stages, and goes through them."""

import unittest

import profile_flights

FLIGHTS = b"""\
year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,\
tailnum,origin,dest,air_time,distance,hour,minute,time_hour
2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z
2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z
2013,2,1,533,529,4,850,830,20,UA,1714,N24211,LGA,IAH,NA,1416,5,29,2013-02-01T10:00:00Z
"""
PLANES = b"""\
tailnum,year,type,manufacturer,model,engines,seats,speed,engine
N14228,1999,Fixed wing multi engine,BOEING,737-824,2,149,NA,Turbo-fan
"""
AIRLINES = b"carrier,name\nUA,United Air Lines Inc.\n"


class ProfileFlights(unittest.TestCase):
    def test_the_pipeline_goes_through_all_stages(self):
        texts = {"flights": FLIGHTS, "planes": PLANES, "airlines": AIRLINES}
        seconds = profile_flights.pipeline(texts)
        self.assertEqual(list(seconds), ["load", "clean", "transform", "visualize"])
        self.assertGreater(min(seconds.values()), 0.0)

    def test_a_duplicate_goes_and_every_month_has_its_carrier(self):
        tables = profile_flights.clean(
            profile_flights.load({"flights": FLIGHTS, "planes": PLANES, "airlines": AIRLINES})
        )
        self.assertEqual(len(tables["flights"]), 2)
        ranked = profile_flights.transform(tables)
        self.assertEqual(list(ranked["month"]), [1, 2])
        self.assertEqual(list(ranked["arrival"]), [11, 20])
